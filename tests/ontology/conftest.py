"""The product's own release, for the tests that hold its data against the vocabulary."""

from tests.product import product_data, release

__all__ = ["product_data", "release"]
