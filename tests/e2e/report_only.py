"""The site with a policy that stops nothing; the browser says what it would stop."""

from hackathon.wsgi import application as strict

POLICY = "content-security-policy"


def application(environ, start_response):
    def start(status, headers, *error):
        policies = [text for name, text in headers if name.lower() == POLICY]
        others = [(name, text) for name, text in headers if name.lower() != POLICY]
        reports = [(f"{POLICY}-report-only", text) for text in policies]
        return start_response(status, others + reports, *error)

    return strict(environ, start)
