/* Marks regions by the header. Arguments: COUNT NANOSECONDS [die]: how often, how long each and each pause lasts; whether
 * to end inside a region. */
#include <wattlens/regions.h>

void mark_more(void); /* in C++ */

static void pause_for(long nanoseconds) {
  struct timespec length = {nanoseconds / 1000000000L, nanoseconds % 1000000000L};
  if (nanoseconds > 0) nanosleep(&length, NULL);
}

int main(int count, char** words) {
  const long times = count > 1 ? atol(words[1]) : 1;
  const long length = count > 2 ? atol(words[2]) : 0;
  long i;
  errno = 4711;
  wattlens_region_begin("all");
  for (i = 0; i < times; ++i) {
    wattlens_region_begin("step");
    pause_for(length);
    wattlens_region_end("step");
    pause_for(length);
  }
  mark_more();
  if (count > 3 && words[3][0] == 'd') abort();
  wattlens_region_end("all");
  return errno == 4711 ? 0 : 1;
}
