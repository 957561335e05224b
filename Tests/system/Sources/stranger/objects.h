// objects.h: kernel objects that it may cost something to close last.
#pragma once

// A descriptor of an object of a kind: linger, queued, fifo, memory, userfault; ends the program where it can't be had.
int object_new(const char *kind, int seconds);
