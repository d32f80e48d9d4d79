#include "base/units.h"

#include <gtest/gtest.h>

#include <concepts>

namespace wattlens::base {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) { a + b; };
template <class A, class B>
concept Multipliable = requires(A a, B b) { a * b; };

static_assert(std::same_as<decltype(Watts{} * Seconds{}), Joules>);
static_assert(std::same_as<decltype(Joules{} / Seconds{}), Watts>);
static_assert(std::same_as<decltype(Joules{} / Joules{}), double>);
static_assert(!Addable<Joules, Watts>);
static_assert(!Addable<Joules, double>);
static_assert(!Multipliable<Joules, Joules>);
static_assert(!Multipliable<Joules, Watts>);

TEST(Units, PowerTimesTimeIsEnergy) { EXPECT_EQ((Watts{10} * milliseconds(500)).value, 5.0); }

TEST(Units, EnergyMayBeNegative) { EXPECT_LT((Joules{1} - Joules{2}).value, 0.0); }

}  // namespace
}  // namespace wattlens::base
