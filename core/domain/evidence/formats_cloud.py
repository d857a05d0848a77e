from core.domain.evidence.format import Format
CLOUD: tuple[Format, ...] = ()
