"""The demo's city is a fixture for every office that stands on the whole road."""

from tests.apps.city import _pki_folder, city, data_dir, walk

__all__ = ["_pki_folder", "city", "data_dir", "walk"]
