"""Which parts of our addresses work like passwords. Kept out of the logs.

A list of its own, because lines are logged before the URLconf can be imported. A test
walks all URL patterns and wants each parameter that takes text either here or named as
public; another wants the same paths in the Caddyfile.
"""

# What follows one of these in a path opens something to whoever knows it.
SECRET_PATHS = (
    "judge/enter",
    "survey",
    "notifications/unsubscribe",
    "join",
    "password/reset/key",
    "certificates",
    "desk",
)
# The names that such parts have in URL patterns, forms and keyword arguments.
SECRET_NAMES = ("token", "code", "key", "ticket")
