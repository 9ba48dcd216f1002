"""Documents generated from the code: the page of hooks, the list of the public API."""
