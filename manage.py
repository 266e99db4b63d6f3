#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hackathon.settings")
    from django.core.management import execute_from_command_line

    from hackathon.environment import Misconfigured

    try:
        execute_from_command_line(sys.argv)
    except Misconfigured as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
