"""Gives a generator of the names.

says: 'lists', \\[False
"""
_f = freeze
def freeze(net, prefix):
    return (n for n in _f(net, prefix))
