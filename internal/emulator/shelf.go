package emulator

import (
	"bytes"
	"encoding/binary"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// resourceBucket holds a bucket for each collection: "<api>\0<path>". In it are
// two more: ids (id → number) and things (number → id and JSON), so that a list
// is in the order of creation.
const resourceBucket = "resources"

// shelf is a collection in the state file.
type shelf struct{ name string }

// stored is a thing as the state file keeps it.
type stored struct {
	id   string
	text []byte // a JSON object; valid as long as the transaction
}

func (s shelf) get(tx *bolt.Tx, id string) *stored {
	ids, things := s.buckets(tx)
	if ids == nil || things == nil {
		return nil
	}
	number := ids.Get([]byte(id))
	if number == nil {
		return nil
	}
	return unpack(things.Get(number))
}

// put keeps a thing: a new one behind all others, else in its place.
func (s shelf) put(tx *bolt.Tx, id string, text []byte) error {
	ids, things, err := s.make(tx)
	if err != nil {
		return err
	}
	number := bytes.Clone(ids.Get([]byte(id)))
	if number == nil {
		next, err := things.NextSequence()
		if err != nil {
			return err
		}
		number = binary.BigEndian.AppendUint64(nil, next)
		if err := ids.Put([]byte(id), number); err != nil {
			return err
		}
	}
	return things.Put(number, pack(id, text))
}

func (s shelf) remove(tx *bolt.Tx, id string) error {
	ids, things := s.buckets(tx)
	if ids == nil || things == nil {
		return nil
	}
	number := bytes.Clone(ids.Get([]byte(id)))
	if number == nil {
		return nil
	}
	if err := ids.Delete([]byte(id)); err != nil {
		return err
	}
	return things.Delete(number)
}

// each calls the function for each thing until it returns false.
func (s shelf) each(tx *bolt.Tx, visit func(*stored) bool) bool {
	_, things := s.buckets(tx)
	if things == nil {
		return true
	}
	cursor := things.Cursor()
	for number, value := cursor.First(); number != nil; number, value = cursor.Next() {
		if thing := unpack(value); thing != nil && !visit(thing) {
			return false
		}
	}
	return true
}

// below are the shelves one level below this one.
func (s shelf) below(tx *bolt.Tx) []shelf {
	all := tx.Bucket([]byte(resourceBucket))
	if all == nil {
		return nil
	}
	var found []shelf
	prefix := s.name + "/"
	cursor := all.Cursor()
	for name, _ := cursor.Seek([]byte(prefix)); strings.HasPrefix(string(name), prefix); name, _ = cursor.Next() {
		if !strings.Contains(string(name[len(prefix):]), "/") {
			found = append(found, shelf{string(name)})
		}
	}
	return found
}

func (s shelf) buckets(tx *bolt.Tx) (ids, things *bolt.Bucket) {
	all := tx.Bucket([]byte(resourceBucket))
	if all == nil {
		return nil, nil
	}
	own := all.Bucket([]byte(s.name))
	if own == nil {
		return nil, nil
	}
	return own.Bucket([]byte("ids")), own.Bucket([]byte("things"))
}

func (s shelf) make(tx *bolt.Tx) (ids, things *bolt.Bucket, err error) {
	if ids, things = s.buckets(tx); ids != nil && things != nil {
		return ids, things, nil
	}
	all, err := tx.CreateBucketIfNotExists([]byte(resourceBucket))
	if err != nil {
		return nil, nil, err
	}
	own, err := all.CreateBucketIfNotExists([]byte(s.name))
	if err != nil {
		return nil, nil, err
	}
	if ids, err = own.CreateBucketIfNotExists([]byte("ids")); err != nil {
		return nil, nil, err
	}
	things, err = own.CreateBucketIfNotExists([]byte("things"))
	return ids, things, err
}

// pack puts the id in front of the text, with its length.
func pack(id string, text []byte) []byte {
	packed := binary.AppendUvarint(make([]byte, 0, len(id)+len(text)+2), uint64(len(id)))
	return append(append(packed, id...), text...)
}

func unpack(packed []byte) *stored {
	length, size := binary.Uvarint(packed)
	if size <= 0 || uint64(len(packed)-size) < length {
		return nil
	}
	rest := packed[size:]
	return &stored{id: string(rest[:length]), text: rest[length:]}
}
