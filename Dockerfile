# syntax=docker/dockerfile:1

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/menlo
COPY requirements/base.txt /tmp/base.txt
RUN /opt/menlo/bin/pip install --quiet --no-deps --require-hashes --requirement /tmp/base.txt \
 && /opt/menlo/bin/pip uninstall --quiet --yes pip setuptools
WORKDIR /srv/menlo
COPY . .
# The demo's switch only stands in for the settings that the finished image is given.
RUN MENLO_DEMO=true DATA_DIR=/tmp/data /opt/menlo/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && mv /tmp/data/static /srv/static \
 && /opt/menlo/bin/python -m compileall -q /srv/menlo


FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Menlo" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin menlo \
 && install --directory --owner menlo --group menlo --mode 0700 /data \
 && pip uninstall --quiet --yes --root-user-action ignore pip setuptools wheel
COPY --from=build /opt/menlo /opt/menlo
COPY --from=build /srv/menlo /srv/menlo
COPY --from=build /srv/static /srv/static
ENV PATH=/opt/menlo/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=hackathon.settings \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static
WORKDIR /srv/menlo
USER menlo
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.py", "hackathon.wsgi"]
