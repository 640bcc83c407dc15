"""Backup and restore of a whole installation: database, blobs, the log's files, the trust list.

Blobs and tiles never change and only grow, and bytes are durable before a row names them. So the
database is taken first, at one instant, and all files afterwards: whatever it names is among them.
How it lies on the disk is known to `adapters.backups`; why and how often: `docs/backup.md`.
"""
