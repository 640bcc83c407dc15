"""`python -m hocba.web …`: Django's manage.py."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hocba.web.settings")
    # Usage lines name the door people know instead of this file.
    execute_from_command_line(["./run manage", *sys.argv[1:]])
