"""The only code that touches replicated files, always through `System.os`."""
