package render

// state is what may come next (RFC 8259, section 2).
type state uint8

const (
	top       state = iota // a value, or the end of the text
	gap                    // white space or the end: a word at the top has no other end
	firstItem              // a value or ]
	nextItem               // a value, after a comma
	firstName              // a name or }
	nextName               // a name, after a comma
	afterName              // the colon
	member                 // a value, after the colon
	after                  // the value: a comma or the closing bracket
	inText                 // inside a string
	inEscape               // after its backslash
	inHex                  // after \u
	inWord                 // inside true, false, null
	minus                  // inside a number, and all below: after its minus
	zero                   // after a leading 0
	digits                 // after another leading digit
	point                  // after the decimal point
	fraction               // after a digit behind the point
	exponent               // after e
	sign                   // after the sign of the exponent
	power                  // after a digit of the exponent
)

// takesValue reports whether a value may begin.
func (s state) takesValue() bool {
	return 1<<s&(1<<top|1<<firstItem|1<<nextItem|1<<member) != 0
}

// takesName reports whether the name of a member may begin.
func (s state) takesName() bool {
	return 1<<s&(1<<firstName|1<<nextName) != 0
}

// inNumber is the state behind c, or after when c is no part of the number.
func (s state) inNumber(c byte) state {
	switch {
	case '0' <= c && c <= '9':
		return s.afterDigit(c)
	case c == '.' && (s == zero || s == digits):
		return point
	case c|0x20 == 'e' && (s == zero || s == digits || s == fraction):
		return exponent
	case (c == '-' || c == '+') && s == exponent:
		return sign
	}
	return after
}

func (s state) afterDigit(c byte) state {
	switch s {
	case minus:
		if c == '0' {
			return zero
		}
		return digits
	case zero:
		return after
	case point, fraction:
		return fraction
	case exponent, sign, power:
		return power
	}
	return digits
}
