"""The target `tcp:HOST:PORT`: a listener that runs somewhere, asked in psync's protocol and never changed."""
