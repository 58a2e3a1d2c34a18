"""Endpoints, the job that drives two of them, and the listener that serves one."""
