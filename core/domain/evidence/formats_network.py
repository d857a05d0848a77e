from core.domain.evidence.format import Format
NETWORK: tuple[Format, ...] = ()
