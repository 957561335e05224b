// The package manager wants a header of a library.
