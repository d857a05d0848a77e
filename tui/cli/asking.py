"""Asks for the missing arguments of a verb, one by one, on a terminal that is read aloud (`ACCESSIBLE=1`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui.cli.arguments import Misuse
from tui.cli.stdio import tell
from tui.terminal.environment import is_accessible
from tui.wording.sanitize import visible
from tui.wording.verb import Argument, Verb
from tui.wording.verbs import VERBS

__all__ = ["asked_words"]


def asked_words(words: Sequence[str], wrong: Misuse) -> list[str]:
    """Return the words with answers to what was missing.

    Raises:
        Misuse: `wrong`, when there is nobody to ask, and when an answer is empty.

    """
    somebody = is_accessible(os.environ) and all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr))
    if not somebody or not wrong.missing:
        raise wrong
    verb = _verb_of(words)
    names = [_chosen(wrong)] if wrong.any_of else wrong.missing
    answers = {name: _answer(_question(name, verb), wrong) for name in names}
    options = [f"{name}={value}" for name, value in answers.items() if name.startswith("--")]
    others = [value for name, value in answers.items() if not name.startswith("--")]
    if "VERB" in answers:
        return [*words, *others]  # the second word of a verb is no argument
    before = words.index("--") if "--" in words else len(words)
    behind = [*words[before + 1 :], *others]
    return [*words[:before], *options, *(("--", *behind) if behind else ())]


def _verb_of(words: Sequence[str]) -> Verb | None:
    """Return the verb that the words name."""
    named = [verb for verb in VERBS if set(verb.name.split()) <= set(words)]
    return max(named, key=lambda verb: len(verb.name.split()), default=None)


def _chosen(wrong: Misuse) -> str:
    """Ask for one of several options; return its name."""
    asked = _answer(f"One of {', '.join(wrong.missing)}", wrong)
    name = f"--{asked.lstrip('-')}"
    if name not in wrong.missing:
        raise wrong
    return name


def _question(name: str, verb: Verb | None) -> str:
    """Return the question for an argument by its name, or by its metavar."""
    arguments = () if verb is None else verb.arguments
    argument: Argument | None = next((each for each in arguments if name in (each.name, each.metavar)), None)
    told = [] if argument is None else [*filter(None, (argument.help, ", ".join(argument.choices)))]
    return f"{name.lstrip('-')}{f' ({told[0]})' if told else ''}"


def _answer(question: str, wrong: Misuse) -> str:
    sys.stderr.write(f"{visible(question)}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line.strip():
        tell([""] if not line else [])
        raise wrong
    return line.removesuffix("\n")
