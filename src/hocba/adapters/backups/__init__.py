"""A backup on disk: parts encrypted with age, packs of immutable files, a manifest.

What is in a backup and in which order it is taken is decided by `web.backups`; here is only how it
lies on the disk. All is readable without this program: `age -d … | tar x`.
"""
