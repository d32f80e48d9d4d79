// The same header in C++: one pipe for both.
#include <wattlens/regions.h>

extern "C" void mark_more(void);

void mark_more(void) { const wattlens::region scope("100 % more\n"); }
