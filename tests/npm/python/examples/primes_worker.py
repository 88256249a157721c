def sieve(limit):
    is_prime = [True] * (limit + 1)
    is_prime[0] = is_prime[1] = False
    for number in range(2, int(limit**0.5) + 1):
        if is_prime[number]:
            for multiple in range(number * number, limit + 1, number):
                is_prime[multiple] = False
    return [number for number in range(limit + 1) if is_prime[number]]


def find_primes(limit, use_numpy=True):
    if use_numpy:
        raise NotImplementedError("this page comes without numpy")
    primes = sieve(limit)
    return {"count": len(primes), "first_20": primes[:20]}


def sieve_for(seconds):
    """Computes for so long; gives how often the sieve was worked."""
    import time

    rounds, end = 0, time.time() + seconds
    while time.time() < end:
        sieve(100_000)
        rounds += 1
    return rounds


__export__ = ["find_primes", "sieve_for"]
