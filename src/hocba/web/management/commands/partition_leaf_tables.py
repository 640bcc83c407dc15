"""`./run manage partition_leaf_tables`: once, right after the first `migrate` on PostgreSQL."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from hocba.web.partitions import partition_leaf_tables


class Command(BaseCommand):
    """Turn the empty leaf tables into tables hash-partitioned by school."""

    help = "Turn the empty leaf tables of PostgreSQL into tables hash-partitioned by school."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of partitions."""
        parser.add_argument("--partitions", type=int, default=8)

    def handle(self, *_args: Any, partitions: int, **_options: Any) -> None:
        """Partition and name the tables."""
        for table in partition_leaf_tables(connection=connection, partitions=partitions):
            self.stdout.write(table)
