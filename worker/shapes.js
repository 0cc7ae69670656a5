// V8 forgets how a class's objects are laid out once none of them is alive at a full collection, and throws away the
// optimized code that knew. Of objects that live for one request that happens again and again where collections are
// many: an eighth of a PutItem's processor time went into compiling the same functions. So one object of each such
// class lives for good.
const kept = [];

export function keepShape(object) {
    kept.push(object);
}
