def visits(node):
    return [node.value]
