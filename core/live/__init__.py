"""The live account: the database is a mirror of a Zenlayer account, and reads never call the account.

`client` is the only module that knows Zenlayer's SDK. `reading` repeats, pages and looks up by id. `mirror` compares
what was read with the database and applies the differences through `core.transfer.zenlayer`.
"""
