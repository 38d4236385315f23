// Light or dark; the choice is the one that the admin keeps, written as its framework writes it.

export function switchTheme() {
  const dark = document.documentElement.classList.toggle("dark");
  try {
    localStorage.setItem("adminTheme", JSON.stringify(dark ? "dark" : "light"));
  } catch {
    // no storage: for this page only
  }
}
