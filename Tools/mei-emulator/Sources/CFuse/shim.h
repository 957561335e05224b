/* libfuse's low-level interface, the only one that lets an answer wait. No policy here, only names. */
#pragma once
#define FUSE_USE_VERSION 35
#include <fuse3/fuse_lowlevel.h>
#include <linux/fuse.h>
#include <sys/signalfd.h>
