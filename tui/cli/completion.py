"""`eipdeck completion`: the script that makes a shell complete commands, options and live values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from string import Template
from typing import Final

import shtab

from tui.cli.arguments import Command, every_command
from tui.cli.offers import CALL, KINDS
from tui.cli.result import Answer, print_answer

__all__ = ["completion"]

_BASH: Final = Template("""\
_eipdeck_offer() {
  local IFS=$$'\\n'
  eipdeck $call "$$1" "$$2" "$${COMP_WORDS[@]:0:COMP_CWORD}" 2>/dev/null
}
""")
_BASH_END: Final = """

# bash splits words at : and =, which filters, findings and --option=value have; here they are whole again
_eipdeck() {
  local rest="$COMP_LINE" cur="${COMP_WORDS[COMP_CWORD]}" word i last
  local -a words=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    last=$((${#words[@]} - 1))
    if ((i == 0)) || [[ "$rest" == [[:space:]]* ]]; then
      words+=("$word")
    elif [[ "$word" == "=" && "${words[last]}" == --* ]]; then
      words+=("")
    else
      words[last]+="$word"
    fi
    rest="${rest#"${rest%%[![:space:]]*}"}"
    rest="${rest#"$word"}"
  done
  [[ "$cur" == [:=] ]] && cur=""
  local -a COMP_WORDS=("${words[@]}")
  local COMP_CWORD=$((${#words[@]} - 1))
  local whole="${COMP_WORDS[COMP_CWORD]}"
  _shtab_eipdeck
  COMPREPLY=("${COMPREPLY[@]#"${whole%"$cur"}"}")
  [[ ${#COMPREPLY[@]} == 1 && "${COMPREPLY[0]}" == *: ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -o bashdefault -F _eipdeck eipdeck
"""
_ZSH: Final = Template("""\
_eipdeck_offer() {
  local -a found open
  found=($${(f)"$$(eipdeck $call $$1 "$$PREFIX" $${(Q)$${(z)LBUFFER}} 2>/dev/null)"})
  shift
  open=($${(M)found:#*[:.]})
  found=($${found:#*[:.]})
  compadd "$$@" -S '' -a open
  compadd "$$@" -a found
}
""")
_FISH: Final = Template("""\
function _eipdeck_offer
  set -l typed (commandline -ct | string replace -r '^--[^=]*=' '')
  eipdeck $call $$argv[1] "$$typed" (commandline -opc) 2>/dev/null
end
""")
_VALUED: Final = re.compile(r"(--[a-z-]+)(\[(?:[^\]\\]|\\.)*\]:)")
"""An option with a value in zsh's script, which is to take `--option=value` as well."""
_FILES: Final[Mapping[str, object]] = {"files": shtab.FILE, "folders": shtab.DIRECTORY}


def completion(command: Command) -> int:
    """Print the script; return the exit code."""
    shell = str(command.given["shell"])
    script = shtab.complete(every_command(_mark), shell, preamble=_preamble(shell))
    if shell == "zsh":  # shtab would complete only the first of several values
        script = script.replace('"(*)::', '"*:').replace('"(*):', '"*:')
        script = _VALUED.sub(r"\1=\2", script)
    return print_answer(Answer((script, _BASH_END if shell == "bash" else "\n")), command.format)


def _mark(action: argparse.Action, offers: str) -> None:
    """Tell shtab the function of the values of an argument."""
    if offers:
        function = f"_eipdeck_{offers.replace('-', '_')}"
        live = {"bash": function, "zsh": function, "fish": f"(_eipdeck_offer {offers})"}
        vars(action)["complete"] = _FILES.get(offers, live)


def _preamble(shell: str) -> str:
    first = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell].substitute(call=CALL)
    if shell == "fish":
        return first
    given = '"$1"' if shell == "bash" else '"$@"'
    return first + "\n".join(
        f"_eipdeck_{kind.replace('-', '_')}() {{ _eipdeck_offer {kind} {given}; }}" for kind in KINDS
    )
