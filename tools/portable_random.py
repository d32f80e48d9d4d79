"""The NumPy twin of src/base/random.h: the same seed gives the same bits.

Every operation is one that IEEE 754 rounds in one way (no logarithm of a C library), so the numbers agree on every
platform; tests/network/portable_random_test.py and weights_test.cpp hold the same values.
"""

import numpy as np

_STEP = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1

# Wichura (1988), AS 241, PPND16: numerators and denominators, lowest power first.
_A = (
    3.3871328727963666080e0,
    1.3314166789178437745e2,
    1.9715909503065514427e3,
    1.3731693765509461125e4,
    4.5921953931549871457e4,
    6.7265770927008700853e4,
    3.3430575583588128105e4,
    2.5090809287301226727e3,
)
_B = (
    1.0,
    4.2313330701600911252e1,
    6.8718700749205790830e2,
    5.3941960214247511077e3,
    2.1213794301586595867e4,
    3.9307895800092710610e4,
    2.8729085735721942674e4,
    5.2264952788528545610e3,
)
_C = (
    1.42343711074968357734e0,
    4.63033784615654529590e0,
    5.76949722146069140550e0,
    3.64784832476320460504e0,
    1.27045825245236838258e0,
    2.41780725177450611770e-1,
    2.27238449892691845833e-2,
    7.74545014278341407640e-4,
)
_D = (
    1.0,
    2.05319162663775882187e0,
    1.67638483018380384940e0,
    6.89767334985100004550e-1,
    1.48103976427480074590e-1,
    1.51986665636164571966e-2,
    5.47593808499534494600e-4,
    1.05075007164441684324e-9,
)
_E = (
    6.65790464350110377720e0,
    5.46378491116411436990e0,
    1.78482653991729133580e0,
    2.96560571828504891230e-1,
    2.65321895265761230930e-2,
    1.24266094738807843860e-3,
    2.71155556874348757815e-5,
    2.01033439929228813265e-7,
)
_F = (
    1.0,
    5.99832206555887937690e-1,
    1.36929880922735805310e-1,
    1.48753612908506148525e-2,
    7.86869131145613259100e-4,
    1.84631831751005468180e-5,
    1.42151175831644588870e-7,
    2.04426310338993978564e-15,
)


def _mix_integer(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def derive_seed(seed, name):
    """The seed for a named part of the work."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & _MASK
    return _mix_integer(value ^ _mix_integer((seed + _STEP) & _MASK))


def _horner(coefficients, x):
    total = np.zeros_like(x)
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def _portable_log(x):
    mantissa, exponent = np.frexp(x)
    small = mantissa < 0.70710678118654752
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    exponent = exponent - small
    s = (mantissa - 1.0) / (mantissa + 1.0)
    s2 = s * s
    total = np.zeros_like(s)
    for k in range(21, 0, -2):
        total = total * s2 + 1.0 / k
    return exponent * 0.69314718055994531 + 2.0 * s * total


def normal_quantile(probability):
    """Inverse of the standard normal distribution function, for an array in (0, 1)."""
    q = probability - 0.5
    out = np.empty_like(q)
    middle = np.abs(q) <= 0.425
    r = 0.180625 - q[middle] * q[middle]
    out[middle] = q[middle] * _horner(_A, r) / _horner(_B, r)
    tail = ~middle
    below = q[tail] < 0
    r = np.sqrt(-_portable_log(np.where(below, probability[tail], 1.0 - probability[tail])))
    near = r - 1.6
    far = r - 5.0
    value = np.where(r <= 5.0, _horner(_C, near) / _horner(_D, near), _horner(_E, far) / _horner(_F, far))
    out[tail] = np.where(below, -value, value)
    return out


class Random:
    """SplitMix64 used as a counter: number i is a hash of (seed, i)."""

    def __init__(self, seed):
        self._state = seed & _MASK

    def bits(self, count):
        """The next `count` 64-bit values."""
        with np.errstate(over="ignore"):
            z = np.uint64(self._state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_STEP)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        self._state = (self._state + count * _STEP) & _MASK
        return z ^ (z >> np.uint64(31))

    def uniform(self, count, low=0.0, high=1.0):
        """float64 in [low, high)."""
        return low + (high - low) * ((self.bits(count) >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def normal(self, count):
        """float64, N(0, 1)."""
        return normal_quantile((self.bits(count) >> np.uint64(12)).astype(np.float64) * 2.0**-52 + 2.0**-53)

    def exponential(self, count):
        """float64, mean 1."""
        return -_portable_log(1.0 - self.uniform(count))
