"""gunicorn in production. Behind the proxy, which sees to slow clients and to TLS."""

import os

bind = "0.0.0.0:8000"  # the container's own network; only the proxy is published
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
preload_app = True  # settings that are refused end it at once, with their one message
control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- gunicorn's heartbeat must not wait for a disk
forwarded_allow_ips = "*"  # only the proxy can reach this port
