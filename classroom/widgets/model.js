// What the scripts of the widgets know of a kernel, for pages without one: values by names, those
// who follow them, and one who hears messages.

export function model(values, hear = () => {}) {
  const followers = new Map();
  const each = (names, act) => names.split(" ").forEach(act);
  return {
    get: (name) => values[name],
    set(name, value) {
      if (values[name] === value) return;
      values[name] = value;
      for (const follow of followers.get(`change:${name}`) ?? []) follow();
    },
    save_changes() {}, // they are where they belong as soon as they are set
    send: hear,
    on(names, follow) {
      each(names, (name) => followers.set(name, [...(followers.get(name) ?? []), follow]));
    },
    off(names, follow) {
      each(names, (name) => {
        followers.set(name, (followers.get(name) ?? []).filter((other) => other !== follow));
      });
    },
  };
}
