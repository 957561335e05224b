// The package manager requires a header for a library.
