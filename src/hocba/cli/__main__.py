"""`python -m hocba.cli` is `hocba`."""

import sys

from hocba.cli import main

sys.exit(main())
