"""
All pairs of a list and its neighbour, as tuples.
"""

def neighbours(items):
    for i in range(len(items) - 1):
        yield (items[i], items[i])
