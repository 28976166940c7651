package params

import "github.com/epilot-cli/epilot/internal/operation"

// Missing are the required parameters that the words do not give, those of the
// path first. It is nil where the words are wrong: Build says what is.
func Missing(op *operation.Operation, in Input) []*operation.Param {
	given, extra, err := read(op, in)
	if err != nil {
		return nil
	}
	return missing(op, given, extra, in.NoValidate)
}

// Optional are the other parameters that the words do not give. It is nil where
// the words are wrong.
func Optional(op *operation.Operation, in Input) []*operation.Param {
	given, extra, err := read(op, in)
	if err != nil {
		return nil
	}
	var open []*operation.Param
	for _, p := range documented(op) {
		if p.In != inPath && !p.Required && !reserved(p) && find(given, p) == nil && !extra.has(p) {
			open = append(open, p)
		}
	}
	return open
}

// Find returns the parameter that a key of -p names, and the path to the member
// of an object where the key names one; nil where there is none.
func Find(op *operation.Operation, key string) (*operation.Param, []string) {
	return resolve(documented(op), key)
}

// Key is what -p calls the parameter.
func Key(op *operation.Operation, p *operation.Param) string { return keyOf(documented(op), p) }

func read(op *operation.Operation, in Input) ([]*argument, *extras, error) {
	extra, err := readExtras(in)
	if err != nil {
		return nil, nil, err
	}
	given, err := gather(op, in)
	return given, extra, err
}
