"""The demo's city is a fixture for every office that stands on the whole road."""

from tests.apps.city import _road, city, data_dir, walk

__all__ = ["_road", "city", "data_dir", "walk"]
