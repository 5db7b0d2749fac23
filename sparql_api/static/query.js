// What the query form does better with a script; without one every part of the page works all the same.
(() => {
  const form = document.querySelector("form.query");
  const text = form.elements.namedItem("query");
  // An address cannot hold a long query, so that one is sent in the body. Then no second button is needed for it.
  const isLong = () => new URLSearchParams({ query: text.value }).toString().length > Number(form.dataset.long);
  form.addEventListener("submit", () => { form.method = isLong() ? "post" : "get"; });
  for (const part of form.querySelectorAll("[data-without-script]")) part.remove();
  for (const part of form.querySelectorAll("[data-with-script]")) part.hidden = false;
  text.addEventListener("keydown", event => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
