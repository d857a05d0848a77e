from core.domain.evidence.format import Format
HOSTS: tuple[Format, ...] = ()
