"""The scripts here keep their former names: they try a service and are no tests of pytest."""

collect_ignore_glob = ["test_*.py"]
