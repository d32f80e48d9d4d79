#include "worker/shared_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wattlens::worker {
namespace {

TEST(SharedMemory, BothSidesSeeTheSameNumbers) {
  const auto owner = SharedMemory::create(base::Bytes{4096});
  ASSERT_TRUE(owner);
  const auto peer = SharedMemory::attach(base::FileDescriptor(::dup(owner->descriptor())), owner->size());
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->stamps().size(), 512U);
  EXPECT_EQ(peer->floats().size(), 1024U);
  peer->stamps()[511] = 42;
  EXPECT_EQ(owner->stamps()[511], 42);
}

TEST(SharedMemory, AWorkerCannotShrinkIt) {
  const auto owner = SharedMemory::create(base::Bytes{4096});
  ASSERT_TRUE(owner);
  EXPECT_NE(::ftruncate(owner->descriptor(), 0), 0);
  EXPECT_EQ(owner->stamps()[511], 0);
}

TEST(SharedMemory, AMissingDescriptorIsAnError) {
  EXPECT_FALSE(SharedMemory::attach(base::FileDescriptor(), base::Bytes{4096}));
}

TEST(SharedMemory, ASizeThatIsNotThereIsAnError) {
  const auto owner = SharedMemory::create(base::Bytes{4096});
  ASSERT_TRUE(owner);
  EXPECT_FALSE(SharedMemory::attach(base::FileDescriptor(::dup(owner->descriptor())), base::Bytes{8192}));
  EXPECT_FALSE(SharedMemory::attach(base::FileDescriptor(::dup(owner->descriptor())), base::Bytes{0}));
}

}  // namespace
}  // namespace wattlens::worker
