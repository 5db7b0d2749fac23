"""The verbs of the `commitments` command, a file each, with what several share: options, names of inputs, the data folder.

Like `commitments.__main__`, which lists them, these modules may import everything of ours; each verb imports what it needs when it
runs, so that `--help` and the quick verbs start at once.
"""
