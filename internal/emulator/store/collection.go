package store

import (
	"bytes"
	"encoding/binary"
	"strings"

	bolt "go.etcd.io/bbolt"
)

// ResourceBucket is the bucket with one bucket per collection: "<api>\0<path>".
// Each contains two more: ids (id → number) and resources (number → id and JSON),
// so that lists are in creation order.
const ResourceBucket = "resources"

// Collection is a collection in the state file.
type Collection struct{ Name string }

// Item is a resource in the state file.
type Item struct {
	Id   string
	Text []byte // a JSON object; valid during the transaction

	Number uint64 // creation order within its collection; set by Each, 0 for a built-in resource
}

func (s Collection) Get(tx *bolt.Tx, id string) *Item {
	ids, items := s.buckets(tx)
	if ids == nil || items == nil {
		return nil
	}
	number := ids.Get([]byte(id))
	if number == nil {
		return nil
	}
	return unpack(items.Get(number))
}

// Put stores a resource: a new one at the end, an existing one in place.
func (s Collection) Put(tx *bolt.Tx, id string, text []byte) error {
	ids, items, err := s.createBuckets(tx)
	if err != nil {
		return err
	}
	number := bytes.Clone(ids.Get([]byte(id)))
	if number == nil {
		next, err := items.NextSequence()
		if err != nil {
			return err
		}
		number = binary.BigEndian.AppendUint64(nil, next)
		if err := ids.Put([]byte(id), number); err != nil {
			return err
		}
	}
	return items.Put(number, pack(id, text))
}

func (s Collection) Remove(tx *bolt.Tx, id string) error {
	ids, items := s.buckets(tx)
	if ids == nil || items == nil {
		return nil
	}
	number := bytes.Clone(ids.Get([]byte(id)))
	if number == nil {
		return nil
	}
	if err := ids.Delete([]byte(id)); err != nil {
		return err
	}
	return items.Delete(number)
}

// Each calls visit for each resource until it returns false.
func (s Collection) Each(tx *bolt.Tx, visit func(*Item) bool) bool {
	_, items := s.buckets(tx)
	if items == nil {
		return true
	}
	cursor := items.Cursor()
	for number, value := cursor.First(); number != nil; number, value = cursor.Next() {
		item := unpack(value)
		if item == nil || len(number) != 8 {
			continue
		}
		if item.Number = binary.BigEndian.Uint64(number); !visit(item) {
			return false
		}
	}
	return true
}

// Collections returns all collections of the state, sorted by name.
func Collections(tx *bolt.Tx) []Collection {
	all := tx.Bucket([]byte(ResourceBucket))
	if all == nil {
		return nil
	}
	var found []Collection
	_ = all.ForEachBucket(func(name []byte) error { // the callback never fails
		found = append(found, Collection{string(name)})
		return nil
	})
	return found
}

// Count returns the number of resources.
func (s Collection) Count(tx *bolt.Tx) int {
	ids, _ := s.buckets(tx)
	if ids == nil {
		return 0
	}
	return ids.Stats().KeyN
}

// Below returns the collections one level below this one.
func (s Collection) Below(tx *bolt.Tx) []Collection {
	all := tx.Bucket([]byte(ResourceBucket))
	if all == nil {
		return nil
	}
	var found []Collection
	prefix := s.Name + "/"
	cursor := all.Cursor()
	for name, _ := cursor.Seek([]byte(prefix)); strings.HasPrefix(string(name), prefix); name, _ = cursor.Next() {
		if !strings.Contains(string(name[len(prefix):]), "/") {
			found = append(found, Collection{string(name)})
		}
	}
	return found
}

func (s Collection) buckets(tx *bolt.Tx) (ids, items *bolt.Bucket) {
	all := tx.Bucket([]byte(ResourceBucket))
	if all == nil {
		return nil, nil
	}
	own := all.Bucket([]byte(s.Name))
	if own == nil {
		return nil, nil
	}
	return own.Bucket([]byte("ids")), own.Bucket([]byte("things"))
}

func (s Collection) createBuckets(tx *bolt.Tx) (ids, items *bolt.Bucket, err error) {
	if ids, items = s.buckets(tx); ids != nil && items != nil {
		return ids, items, nil
	}
	all, err := tx.CreateBucketIfNotExists([]byte(ResourceBucket))
	if err != nil {
		return nil, nil, err
	}
	own, err := all.CreateBucketIfNotExists([]byte(s.Name))
	if err != nil {
		return nil, nil, err
	}
	if ids, err = own.CreateBucketIfNotExists([]byte("ids")); err != nil {
		return nil, nil, err
	}
	items, err = own.CreateBucketIfNotExists([]byte("things"))
	return ids, items, err
}

// pack prefixes the text with the id and its length.
func pack(id string, text []byte) []byte {
	packed := binary.AppendUvarint(make([]byte, 0, len(id)+len(text)+2), uint64(len(id)))
	return append(append(packed, id...), text...)
}

func unpack(packed []byte) *Item {
	length, size := binary.Uvarint(packed)
	if size <= 0 || uint64(len(packed)-size) < length {
		return nil
	}
	rest := packed[size:]
	return &Item{Id: string(rest[:length]), Text: rest[length:]}
}
