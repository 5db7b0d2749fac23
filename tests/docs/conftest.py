from tests.product import product_data, release, server  # noqa: F401  (fixtures)
