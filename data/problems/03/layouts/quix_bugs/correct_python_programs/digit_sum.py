def digit_sum(n):
    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total


"""
The sum of the digits of a whole number of at least 0.

Example:
    >>> digit_sum(123)
    6
"""
