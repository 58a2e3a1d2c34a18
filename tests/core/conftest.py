"""How properties are tried."""

from hypothesis import settings

# No test judges a duration: a busy machine is no defect of psync.
settings.register_profile("psync", deadline=None, print_blob=True)
settings.load_profile("psync")
