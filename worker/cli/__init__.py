"""The command line: `deltawire …`. Exit codes: 0 all is well, 1 something failed, 2 it was used wrongly."""
