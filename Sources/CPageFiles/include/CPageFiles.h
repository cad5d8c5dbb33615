// The page's files, octet for octet as they lie in Files/, put into the program by the compiler: no bundle to install, nothing
// to read at run time, and no time to compile.
#ifndef CPAGEFILES_H
#define CPAGEFILES_H

#include <stddef.h>

struct page_file {
    const char *name;
    const unsigned char *octets;
    size_t count;
};

extern const struct page_file *const page_file_list;
extern const size_t page_file_count;

#endif
