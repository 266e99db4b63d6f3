#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")
    from django.core.management import execute_from_command_line

    from hackathon.environment import Misconfigured

    if sys.argv[1:2] == ["rank"]:  # arithmetic on files: no settings, no database
        from judging.management.commands.rank import Command

        Command().run_from_argv(sys.argv)
        return
    try:
        execute_from_command_line(sys.argv)
    except Misconfigured as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
