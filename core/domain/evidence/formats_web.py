from core.domain.evidence.format import Format
WEB: tuple[Format, ...] = ()
