"""``flask firmtext doctor``: what is wrong here, and how to mend it."""

from .command import doctor as doctor
