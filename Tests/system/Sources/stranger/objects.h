// objects.h: kernel objects that it may cost something to close last.
#pragma once

// A descriptor of an object of a kind: linger, queued, fifo, memory, userfault, file; ends the program where it can't be had.
int object_new(const char *kind, int seconds);

// An open file of a file system that this user serves (FUSE), and that never answers who closes it.
int file_of_ours(void);
