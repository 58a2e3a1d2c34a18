"""A report of a run in each form: JSON, JUnit, one page of HTML, a badge."""
