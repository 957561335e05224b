// objects.h: kernel objects whose last close may be expensive.
#pragma once

// A descriptor of an object of a kind: linger, queued, fifo, memory, userfault, file; ends the program if that fails.
int object_new(const char *kind, int seconds);

// An open file of a file system that this user serves (FUSE), and that never answers a close.
int file_of_ours(void);
